// The embedded Hub, as tests in TypeScript start it.
export interface Hub {
  readonly url: string;
  readonly token: string;
  readonly user: string;
  readonly control: string;
  create(name: string): Promise<void>;
  stop(): Promise<void>;
}

export function startHub(): Promise<Hub>;
