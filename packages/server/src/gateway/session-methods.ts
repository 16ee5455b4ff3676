// The methods that are about sessions: connect, ping, keepAlive, closeSession.

import { randomUUID } from "node:crypto";
import { type JsonObject, KurentoError } from "@kurento-ts/protocol";
import { optionalText, textParam } from "./call-params.ts";
import type { Connection, Turn } from "./connection.ts";
import { failed, type Gateway, succeeded } from "./gateway.ts";

/** `connect {sessionId?}`: names a session to the client, or resumes one on this connection. */
export function connect(gateway: Gateway, turn: Turn): void {
  const { connection, params } = turn;
  const given = Object.hasOwn(params, "sessionId");
  const wanted = given ? optionalText(params, "sessionId") : gateway.bindings.sessionOf(connection);
  if (wanted !== undefined) resumeSession(gateway, wanted);
  const sessionId = wanted ?? randomUUID();
  gateway.bindings.bind(connection, sessionId);
  turn.answer(succeeded({ serverId: gateway.serverId, sessionId }));
}

/** `ping`: answers pong, and the session of the connection when there is one. It keeps no session alive. */
export function ping(gateway: Gateway, turn: Turn): void {
  const sessionId = gateway.bindings.sessionOf(turn.connection);
  turn.answer(succeeded(sessionId === undefined ? { value: "pong" } : { sessionId, value: "pong" }));
}

/** `keepAlive {sessionId}`: the session lives for at least another period. */
export function keepAlive(gateway: Gateway, turn: Turn): void {
  const sessionId = requiredSession(gateway, turn.connection, turn.params);
  resumeSession(gateway, sessionId);
  gateway.bindings.bind(turn.connection, sessionId);
  turn.answer(succeeded({ sessionId }));
}

/** `closeSession {sessionId, release?}`: ends a session; with `release` its objects end for everybody. Answers null. */
export function closeSession(gateway: Gateway, turn: Turn): void {
  const session = gateway.sessions.get(requiredSession(gateway, turn.connection, turn.params));
  if (session !== undefined) {
    if (turn.params.release === true) {
      for (const entry of [...session.objects]) gateway.destroy(entry);
    }
    gateway.sessions.close(session);
  }
  turn.answer(succeeded(null));
}

/** The session that a method must have: the one it names, or that of its connection. Throws -32000 when there is none. */
export function requiredSession(gateway: Gateway, connection: Connection, params: JsonObject): string {
  const bound = gateway.bindings.sessionOf(connection);
  return bound !== undefined && !Object.hasOwn(params, "sessionId") ? bound : textParam(params, "sessionId");
}

/** The session that a method gets when it names none: that of its connection, else a new one. */
export function sessionFor(gateway: Gateway, connection: Connection, params: JsonObject): string {
  return optionalText(params, "sessionId") ?? gateway.bindings.sessionOf(connection) ?? randomUUID();
}

function resumeSession(gateway: Gateway, sessionId: string): void {
  const session = gateway.sessions.get(sessionId);
  if (session === undefined) throw new KurentoError("INVALID_SESSION", "Invalid session");
  session.inUse = true;
}

/**
 * Runs a method within a session: the connection carries the session before the method runs, so that no event of
 * its first request is lost, and goes back to what it was when the method fails. The answer names the session.
 */
export function withinSession(
  gateway: Gateway,
  turn: Turn,
  sessionId: string,
  run: (answer: (result: JsonObject) => void, fail: (error: unknown) => void) => void,
): void {
  const before = gateway.bindings.bind(turn.connection, sessionId);
  const fail = (error: unknown): void => {
    gateway.bindings.restore(before);
    turn.answer(failed(error));
  };
  try {
    run((result) => turn.answer(succeeded({ sessionId, ...result })), fail);
  } catch (error) {
    fail(error);
  }
}
