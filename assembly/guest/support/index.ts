/** The routines that compiled code calls for what RV32IM cannot do in an instruction; linked in when used. */
export * from './integer';
export * from './memory';
export * from '../softfloat/arithmetic';
export * from '../softfloat/compare';
export * from '../softfloat/convert';
export * from '../softfloat/round';
