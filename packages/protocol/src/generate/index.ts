// Generates TypeScript from an API definition: value types, event types, the server contract, definitions as text.

export { ApiModel } from "../api-model.ts";
export { emitDefinitions } from "./definitions.ts";
export {
  type EmitOptions,
  type Emitter,
  emitted,
  eventTypeName,
  type GeneratedFile,
  isEmitted,
  isPolymorphic,
  safeName,
  unionName,
} from "./emitter.ts";
export { classEventsName, emitEventTypes } from "./event-types.ts";
export { constructorParamsName, emitServerContract, raisedEvents } from "./server-contract.ts";
export { bracketed, docComment, header, importTypes, propertyKey, union } from "./source-text.ts";
export { holdsReferences, TypeWriter } from "./type-text.ts";
export { emitValueTypes, members, REFERENCE_PARAMETER } from "./value-types.ts";
