// The figures that getStats answers with.

/** Figures by id. `__type__` names the value type where it is more than the `Stats` of the definition. */
export type StatsById = Record<
  string,
  {
    readonly __type__: string;
    readonly id: string;
    readonly type: string;
    readonly timestampMillis: number;
  } & Readonly<Record<string, unknown>>
>;
