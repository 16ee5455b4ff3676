// Compares two SDPs by what they mean to a peer: m-lines, their protocol, direction, codecs and the attributes of WebRTC.

interface Section {
  readonly media: string;
  readonly port: string;
  readonly protocol: string;
  readonly direction: string;
  readonly setup: string;
  readonly mid: string;
  readonly codecs: ReadonlySet<string>;
  readonly flags: ReadonlySet<string>;
}

/** A difference between two descriptions. */
export interface DescriptionDifference {
  /** As `.m[0].direction`. */
  readonly path: string;
  readonly sides: { readonly recorded: string; readonly actual: string };
}

const DIRECTIONS = ["sendrecv", "sendonly", "recvonly", "inactive"];
/** Payload types that need no rtpmap (RFC 3551, section 6). */
const STATIC_CODECS: Readonly<Record<string, string>> = { "0": "PCMU/8000", "8": "PCMA/8000" };
const FLAGS = ["rtcp-mux", "ice-ufrag", "ice-pwd", "fingerprint"];

/**
 * What differs. Codecs: every codec of ours is one that the recorded server names, in each m-line at least one is
 * shared; retransmission and redundancy formats (rtx, red, ulpfec, flexfec) and DTMF do not count.
 */
export function compareDescriptions(recorded: string, actual: string): DescriptionDifference[] {
  const [one, other] = [sectionsOf(recorded), sectionsOf(actual)];
  const found: DescriptionDifference[] = [];
  const differ = (path: string, a: string, b: string): void => {
    if (a !== b) found.push({ path, sides: { recorded: a, actual: b } });
  };
  differ(".m", one.map(({ media }) => media).join(" "), other.map(({ media }) => media).join(" "));
  for (const [index, section] of one.entries()) {
    const own = other[index];
    if (own === undefined) break;
    const at = `.m[${index}]`;
    differ(`${at}.protocol`, section.protocol, own.protocol);
    differ(`${at}.rejected`, String(section.port === "0"), String(own.port === "0"));
    if (section.port === "0" || own.port === "0") continue;
    differ(`${at}.direction`, section.direction, own.direction);
    differ(`${at}.setup`, section.setup, own.setup);
    differ(`${at}.mid`, section.mid, own.mid);
    differ(`${at}.flags`, [...section.flags].join(" "), [...own.flags].join(" "));
    const foreign = [...own.codecs].filter((codec) => !section.codecs.has(codec));
    differ(`${at}.codecs`, "", foreign.join(" "));
    if (section.codecs.size > 0 && own.codecs.size === 0) differ(`${at}.codecs`, [...section.codecs].join(" "), "none");
  }
  return found;
}

function sectionsOf(sdp: string): Section[] {
  const [session = "", ...sections] = sdp.split(/\r?\n(?=m=)/);
  return sections.map((text) => {
    const lines = `${text}\n${session}`.split(/\r?\n/);
    const attribute = (name: string, end = ":"): string =>
      lines.find((line) => line.startsWith(`a=${name}${end}`))?.slice(name.length + 3) ?? "";
    const [media = "", port = "", protocol = ""] = (lines[0] ?? "").slice(2).split(" ");
    const formats = (lines[0] ?? "").split(" ").slice(3);
    const codecs = formats
      .map((format) => attribute(`rtpmap:${format}`, " ") || (STATIC_CODECS[format] ?? ""))
      .map((codec) => codec.toUpperCase())
      .filter((codec) => codec !== "")
      .filter((codec) => !/^(RTX|RED|ULPFEC|FLEXFEC|TELEPHONE-EVENT|CN)\b/.test(codec));
    return {
      media,
      port,
      protocol,
      direction: DIRECTIONS.find((direction) => lines.includes(`a=${direction}`)) ?? "sendrecv",
      setup: attribute("setup"),
      mid: attribute("mid"),
      codecs: new Set(codecs),
      flags: new Set(
        FLAGS.filter((flag) => lines.some((line) => line === `a=${flag}` || line.startsWith(`a=${flag}:`))),
      ),
    };
  });
}
