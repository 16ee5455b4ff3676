// Where the server writes what happens: the shape of a logger, and two simple ones.

/** How important a line is, from the least to the most. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What stands beside a message. No SDP, candidate, token or message content belongs here. */
export type LogDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/** What the server logs to. `console` fits. */
export type Logger = { readonly [Level in LogLevel]: (message: string, details?: LogDetails) => void };

const nothing = (): void => {};

/** A logger that drops everything: the default of an embedded server. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/**
 * A logger that writes one line a message, `2026-01-31T12:00:00.000Z warn message key=value`, from `level` upwards.
 * Control characters are escaped, so that nothing a client sends can forge a line.
 */
export function lineLogger(level: LogLevel, write: (line: string) => void): Logger {
  const from = LOG_LEVELS.indexOf(level);
  const at = (each: LogLevel): Logger[LogLevel] => {
    if (LOG_LEVELS.indexOf(each) < from) return nothing;
    return (message, details = {}) => {
      let line = `${new Date().toISOString()} ${each} ${escaped(message)}`;
      for (const [key, value] of Object.entries(details)) {
        if (value !== undefined) line += ` ${key}=${escaped(String(value))}`;
      }
      write(`${line}\n`);
    };
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function escaped(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get into a log line
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => JSON.stringify(character).slice(1, -1));
}
