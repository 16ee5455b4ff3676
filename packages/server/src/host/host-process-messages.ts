// What a host process and its parent say to each other over Node's channel.

import type { HostOrder, HostReport } from "./host-channel.ts";

/** Parent → host process. */
export type ParentMessage =
  | { readonly kind: "order"; readonly order: HostOrder }
  /** End all objects, then the process. */
  | { readonly kind: "close" };

/** Host process → parent. The first message is `ready`, or `failed` before the process ends. */
export type ChildMessage =
  | { readonly kind: "ready"; readonly classNames: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "report"; readonly report: HostReport };
