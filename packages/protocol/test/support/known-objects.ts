// A few objects by id, and a module with everything that Kurento's own modules do not have.

import { type ApiClass, ApiModel, checkReference, kurentoApi, type ReferenceResolver, readKmd } from "../../src/api.ts";

/** Kurento's API. */
export const api: ApiModel = kurentoApi();

/** The class of each object that the tests know, by id. */
export const OBJECTS: ReadonlyMap<string, string> = new Map([
  ["P", "MediaPipeline"],
  ["W", "WebRtcEndpoint"],
  ["E", "PassThrough"],
  ["H", "HubPort"],
  ["C", "Composite"],
]);

/** Answers the id itself when it is known and of the class. */
export const resolveId: ReferenceResolver<string> = (id: string, expected: ApiClass): string => {
  const name = OBJECTS.get(id);
  checkReference(id, name === undefined ? undefined : api.class(name), expected);
  return id;
};

/** A custom module on top of Kurento's own. */
export const CUSTOM_KMD = {
  name: "shapes",
  version: "1.0.0",
  imports: [{ name: "core", version: "^7.0.0" }],
  complexTypes: [
    { name: "Colour", typeFormat: "ENUM", doc: "A colour. */ alert(1) /*", values: ["RED", 'GREEN " `\\`'] },
    {
      name: "Shape",
      typeFormat: "REGISTER",
      doc: "Something drawn.",
      properties: [{ name: "colour", doc: "", type: "Colour", optional: true, defaultValue: "RED" }],
    },
    {
      name: "Circle",
      typeFormat: "REGISTER",
      extends: "Shape",
      properties: [{ name: "radius", doc: "", type: "double" }],
    },
    {
      name: "Group",
      typeFormat: "REGISTER",
      extends: "Shape",
      properties: [
        { name: "members", doc: "", type: "Shape[]" },
        { name: "labels", doc: "", type: "String<>", optional: true },
        { name: "anchors", doc: "", type: "kurento.MediaElement[]", optional: true },
      ],
    },
    {
      name: "Odd",
      typeFormat: "REGISTER",
      doc: "Has a property that every object seems to have.",
      properties: [{ name: "constructor", type: "String", optional: true }],
    },
    { name: "Promise", typeFormat: "REGISTER", properties: [{ name: "kept", type: "boolean" }] },
  ],
  events: [
    { name: "Base", extends: "Media", properties: [{ name: "shape", type: "Shape" }] },
    { name: "Drawn", extends: "Base", properties: [{ name: "canvas", type: "Canvas" }] },
  ],
  remoteClasses: [
    {
      name: "Canvas",
      extends: "Filter",
      constructor: {
        params: [
          { name: "mediaPipeline", type: "MediaPipeline" },
          { name: "background", type: "Shape", optional: true, defaultValue: { colour: "RED" } },
        ],
      },
      properties: [{ name: "shapes", type: "Shape<>" }],
      methods: [
        {
          name: "draw",
          params: [
            { name: "shape", type: "Shape" },
            { name: "at", type: "Promise", optional: true },
            { name: "many", type: "int64[][]", optional: true },
          ],
          return: { type: "Shape[]" },
        },
        { name: "twist", params: [{ name: "odd", type: "Odd" }], return: { type: "Odd" } },
      ],
      events: ["Drawn"],
    },
  ],
} as const;

/** Kurento's API and the custom module. */
export const customApi: ApiModel = ApiModel.fromModules([...api.modules, readKmd(CUSTOM_KMD, "shapes")]);
