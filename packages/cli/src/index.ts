// Entry of the package for programs: the command as a function.

export { run } from "./main.ts";
