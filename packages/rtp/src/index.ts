// Entry of the package: what it exports.
export {};
