/**
 * What editors and tsc know of guest programs, in the order in which it has to be read.
 */
/// <reference path="./iterators.d.ts" />
/// <reference path="./promise.d.ts" />
/// <reference path="./json.d.ts" />
/// <reference path="./guest.d.ts" />
