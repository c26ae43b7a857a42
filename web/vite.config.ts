import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockServer } from "./mock/plugin.ts";

// `npm run dev` talks to a Nightjar on its default address, `npm run dev:mock` to made-up data.
const server = process.env["NIGHTJAR_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss(), ...(mode === "mock" ? [mockServer()] : [])],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      "react-style-singleton": fileURLToPath(new URL("./src/lib/style-sheets.ts", import.meta.url)),
    },
  },
  server: {
    ...(mode === "mock" ? {} : { proxy: { "/api": server, "/health": server } }),
  },
  build: {
    target: "es2022",
    // The binary embeds the files and serves them compressed; maps would double its size.
    sourcemap: false,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  // A zone with summer time, so that the tests mean the same everywhere.
  test: { include: ["src/**/*.test.ts"], environment: "node", env: { TZ: "Europe/Paris" } },
}));
