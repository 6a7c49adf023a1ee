/** Texts of Ethernet and IPv4 addresses, as people write them. */

export type MacAddress = string
export type Ipv4Address = string

export const broadcastMac: MacAddress = 'ff:ff:ff:ff:ff:ff'

export function parseMac(text: MacAddress): Uint8Array {
  const parts = text.split(':')
  const bytes = Uint8Array.from(parts, (part) => parseInt(part, 16))
  if (parts.length !== 6 || !parts.every((part) => /^[0-9a-f]{1,2}$/i.test(part))) {
    throw new RangeError(`"${text}" is not an Ethernet address such as 52:54:00:12:34:56`)
  }
  return bytes
}

export function formatMac(bytes: Uint8Array): MacAddress {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}

export function parseIpv4(text: Ipv4Address): Uint8Array {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    throw new RangeError(`"${text}" is not an IPv4 address such as 10.0.2.15`)
  }
  return Uint8Array.from(parts, Number)
}

export function formatIpv4(bytes: Uint8Array): Ipv4Address {
  return bytes.join('.')
}
