// Loads node-datachannel when it is first needed, and on the main thread alone.

import { isMainThread } from "node:worker_threads";

/** The native module. */
export type NativeLibrary = typeof import("node-datachannel");

let loading: Promise<NativeLibrary> | undefined;

/**
 * The library, loaded on first use (5 to 30 ms). Its threads need no ending: the process ends by itself once every
 * track and connection is closed. (Its `cleanup()` is not used: close to other work it crashes now and then.)
 *
 * @throws Error on a worker thread: the library aborts the process when several threads load it, and a worker that
 * has loaded it never ends.
 */
export async function loadNativeLibrary(): Promise<NativeLibrary> {
  if (!isMainThread) {
    throw new Error(
      "WebRTC transports run on the main thread of a process only: use a child process, not a worker thread",
    );
  }
  loading ??= import("node-datachannel");
  return loading;
}
