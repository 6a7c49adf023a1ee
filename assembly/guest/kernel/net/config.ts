/** The machine's place on its network: QEMU's user network has the same addresses. */

/** 10.0.2.15 */
export const LOCAL_ADDRESS: u32 = 0x0a00_020f;
/** 255.255.255.0 */
export const NETWORK_MASK: u32 = 0xffff_ff00;
/** 10.0.2.2 */
export const GATEWAY_ADDRESS: u32 = 0x0a00_0202;
/** 10.0.2.255 */
export const BROADCAST_ADDRESS: u32 = LOCAL_ADDRESS | ~NETWORK_MASK;
