// The tests of the Worker run inside workerd, against the embedded Hub, which is started here and ends with this process.
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { startHub } from "../pkg-tests/harness/hub.mjs";

const hub = await startHub();
for (const name of ["uploads", "feedback"]) await hub.create(name);

export default defineConfig({
  // The built package lies there; modules from outside the root are not found inside workerd.
  root: "..",
  plugins: [
    {
      name: "hub",
      configureVitest: ({ vitest }) => {
        vitest.onClose(() => hub.stop());
      },
    },
    cloudflareTest({
      main: "./worker/src/index.ts",
      wrangler: { configPath: "./worker/wrangler.jsonc" },
      miniflare: {
        bindings: {
          HUB_URL: hub.url,
          HF_TOKEN: hub.token,
          REPO: `datasets/${hub.user}/uploads`,
          FEEDBACK_REPO: `datasets/${hub.user}/feedback`,
          ALLOWED_ORIGINS: "https://app.example",
          UPLOAD_TOKENS: "first-token,second-token",
          UPLOAD_SECRET: "a secret of enough characters",
          CONTROL: hub.control,
        },
      },
    }),
  ],
  test: {
    include: ["worker/test/**/*.test.ts"],
    passWithNoTests: false,
    allowOnly: false,
    testTimeout: 30_000,
    silent: "passed-only",
  },
});
