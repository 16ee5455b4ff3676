// Classes of a host that something keeps alive for ever, as native threads do.

export function createHostedClasses() {
  setInterval(() => {}, 1000);
  return new Map();
}
