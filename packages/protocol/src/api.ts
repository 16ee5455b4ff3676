// What a server asks about the API: the resolved model, the definitions, checking and encoding. Not for browsers: it carries every definition.

export { wirePrefix } from "./api-builder.ts";
export type {
  ApiClass,
  ApiEnum,
  ApiEvent,
  ApiName,
  ApiOperation,
  ApiParameter,
  ApiProperty,
  ApiRegister,
  ApiType,
} from "./api-elements.ts";
export {
  describeJson,
  eventNotSupported,
  factoryNotFound,
  objectNotFound,
  operationNotFound,
  wrongClass,
} from "./api-errors.ts";
export { ApiModel, isSubclass } from "./api-model.ts";
export {
  checkReference,
  type DecodedParams,
  type DecodedValue,
  decodeConstructorParams,
  decodeOperationParams,
  type ReferenceResolver,
} from "./decode.ts";
export { kmdModuleNames, kmdText, kurentoApi } from "./definitions.ts";
export { encodeEvent, encodeResult, encodeValue, type ReferenceId } from "./encode.ts";
export { readKmd } from "./kmd-read.ts";
export { typeName } from "./type-name.ts";
