// What a server asks about the API: the resolved model and the definitions. Not for browsers: it carries every definition.

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
export { ApiModel, isSubclass } from "./api-model.ts";
export { kmdModuleNames, kmdText, kurentoApi } from "./definitions.ts";
