/** Who a token belongs to. */
import { InvalidApiResponseFormatError } from "../errors.js";
import { call } from "./call.js";
import type { HubParams } from "./params.js";

/** A person. */
export interface WhoAmIUser {
  /** Stays the same when the account is renamed. */
  id: string;
  type: "user";
  email: string;
  emailVerified: boolean;
  isPro: boolean;
  orgs: WhoAmIOrg[];
  name: string;
  fullname: string;
  canPay: boolean;
  avatarUrl: string;
  /** Unix time in seconds. */
  periodEnd: number | null;
  billingMode: "postpaid" | "prepaid";
}

/** An organisation. */
export interface WhoAmIOrg {
  /** Stays the same when the account is renamed. */
  id: string;
  type: "org";
  name: string;
  fullname: string;
  email: string | null;
  canPay: boolean;
  avatarUrl: string;
  /** Unix time in seconds. */
  periodEnd: number | null;
}

/** An application. */
export interface WhoAmIApp {
  id: string;
  type: "app";
  name: string;
  scope?: { entities: string[]; role: AccessTokenRole };
}

/** The owner of a token. */
export type WhoAmI = WhoAmIApp | WhoAmIOrg | WhoAmIUser;

/** What a token may do. */
export type AccessTokenRole = "admin" | "write" | "contributor" | "read";

/** The kind of a token. */
export type AuthType = "access_token" | "app_token" | "app_token_as_user";

/** The token itself. */
export interface AuthInfo {
  type: AuthType;
  accessToken?: { displayName: string; role: AccessTokenRole; createdAt: Date };
  expiresAt?: Date;
}

/**
 * Tells who the token belongs to. The Hub limits this call strictly: keep the answer.
 *
 * @example
 * const { name } = await whoAmI({ accessToken });
 */
export async function whoAmI(params: HubParams): Promise<WhoAmI & { auth: AuthInfo }> {
  const answer = await call(params, { type: "whoAmI" });
  if (!isWhoAmI(answer))
    throw new InvalidApiResponseFormatError("The Hub's answer does not say who the token belongs to");
  const { auth } = answer;
  return { ...answer, auth: withDates(auth) };
}

function isWhoAmI(answer: object): answer is WhoAmI & { auth: AuthInfo } {
  return (
    "name" in answer && "type" in answer && "auth" in answer && typeof answer.auth === "object" && answer.auth !== null
  );
}

/** JSON has no dates. */
function withDates(auth: AuthInfo): AuthInfo {
  const dated = { ...auth };
  if (auth.accessToken !== undefined) {
    dated.accessToken = { ...auth.accessToken, createdAt: new Date(auth.accessToken.createdAt) };
  }
  if (auth.expiresAt !== undefined) dated.expiresAt = new Date(auth.expiresAt);
  return dated;
}
