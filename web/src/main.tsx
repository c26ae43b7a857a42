import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { TooltipProvider } from "@/components/ui/tooltip";
import { makeQueryClient } from "@/lib/api/query";
import { session } from "@/lib/session/browser";
import { forgetOnChange } from "@/lib/session/forget";
import { followSystemTheme } from "@/lib/theme";
import { makeRouter } from "./router";
import "./styles.css";

followSystemTheme();
const queryClient = makeQueryClient();
forgetOnChange(session, queryClient);
session.start();
const router = makeRouter(queryClient);
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
