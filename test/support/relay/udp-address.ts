// Where a UDP endpoint is.

/** An IPv4 address and port of a UDP endpoint. */
export interface UdpAddress {
  readonly address: string;
  readonly port: number;
}
