// Generates TypeScript from an API definition: value types, event types, the server contract, definitions as text.

export { ApiModel } from "../api-model.ts";
export { readKmd } from "../kmd-read.ts";
export { emitClientClasses } from "./client-classes.ts";
export type { ClientEmitOptions, ClientRuntimeName } from "./client-names.ts";
export { emitDefinitions } from "./definitions.ts";
export {
  assertUniqueNames,
  type EmitOptions,
  type Emitter,
  emitted,
  eventTypeName,
  type GeneratedFile,
  hasLibraryModules,
  isEmitted,
  isPolymorphic,
  knownDescendants,
  safeName,
  unionName,
} from "./emitter.ts";
export { classEventsName, emitEventTypes } from "./event-types.ts";
export { handedOver, raisedEvents } from "./raised-events.ts";
export { constructorParamsName, emitServerContract } from "./server-contract.ts";
export { bracketed, docComment, header, importTypes, paramDoc, propertyKey, union } from "./source-text.ts";
export { holdsReferences, TypeWriter } from "./type-text.ts";
export { emitValueTypes, members, REFERENCE_PARAMETER } from "./value-types.ts";
