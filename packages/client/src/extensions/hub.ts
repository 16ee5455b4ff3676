// Hub, with `create` for its ports.

import type { HubClasses } from "../generated/creatable.gen.ts";
import { GeneratedHub } from "../generated/hub.gen.ts";
import type { CreateArguments } from "../objects/creation.ts";

/** What several media flows meet in: each element takes part by a port of the hub. Releasing it releases its ports. */
export class Hub extends GeneratedHub {
  /**
   * Creates a port of this hub.
   *
   * @param type The name of the class.
   * @param args The constructor parameters without the hub, then the options of the call.
   * @example
   * const port = await composite.create("HubPort");
   */
  async create<Type extends keyof HubClasses>(
    type: Type,
    ...args: CreateArguments<HubClasses[Type]["params"]>
  ): Promise<HubClasses[Type]["object"]> {
    const [params, options] = args;
    const created = await this.createChild(type, { ...params, hub: this }, options);
    return created as HubClasses[Type]["object"];
  }
}
