import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["js/test/**/*.test.ts"],
    // Some of them talk to the embedded Hub.
    globalSetup: ["js/test/harness/global-setup.ts"],
    // A run that finds no test is a broken run.
    passWithNoTests: false,
    allowOnly: false,
    testTimeout: 20_000,
  },
});
