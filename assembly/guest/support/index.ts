/** The routines that compiled code calls for what RV32IM cannot do in an instruction; linked in when used. */
export * from './integer';
export * from './memory';
