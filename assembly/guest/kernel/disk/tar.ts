/**
 * Headers of tar archives (IEEE Std 1003.1, pax, "ustar Interchange Format"): blocks of 512 bytes in front of each file's data. Names are
 * those of the plain header, with its prefix; headers of other kinds (long names, extended attributes) are passed over.
 */

export const TAR_BLOCK: u32 = 512;

const NAME: usize = 0;
const NAME_BYTES: usize = 100;
const SIZE: usize = 124;
const SIZE_DIGITS: usize = 12;
const CHECKSUM: usize = 148;
const CHECKSUM_BYTES: usize = 8;
const TYPE: usize = 156;
const MAGIC: usize = 257;
const PREFIX: usize = 345;
const PREFIX_BYTES: usize = 155;
/** "usta" and "r". */
const MAGIC_WORD: u32 = 0x6174_7375;
const MAGIC_END: u32 = 0x72;

const SLASH: u32 = 0x2f;
const BACKSLASH: u32 = 0x5c;
const DOT: u32 = 0x2e;
const SPACE: u32 = 0x20;
const DIGIT_0: u32 = 0x30;
const TYPE_DIRECTORY: u32 = 0x35;

/** Is this a header, and not the end of the archive or something else? */
export function isEntry(header: usize): bool {
  if (load<u32>(header + MAGIC) != MAGIC_WORD || load<u8>(header + MAGIC, 4) != MAGIC_END) {
    return false;
  }
  let sum: u32 = 0;
  for (let place: usize = 0; place < TAR_BLOCK; place++) {
    const inSum = place >= CHECKSUM && place < CHECKSUM + CHECKSUM_BYTES;
    sum += inSum ? SPACE : load<u8>(header + place);
  }
  return <u64>sum == octal(header + CHECKSUM, CHECKSUM_BYTES);
}

/** Length of the data behind a header. */
export function entryBytes(header: usize): u64 {
  return octal(header + SIZE, SIZE_DIGITS);
}

/** A file with data of its own: type 0, or 0 as a byte. */
export function isFile(header: usize): bool {
  const type: u32 = load<u8>(header + TYPE);
  return type == DIGIT_0 || type == 0;
}

export function isDirectory(header: usize): bool {
  return load<u8>(header + TYPE) == TYPE_DIRECTORY;
}

/** Octal digits up to the first other character; spaces may stand in front. */
function octal(text: usize, digits: usize): u64 {
  const end = text + digits;
  while (text < end && load<u8>(text) == SPACE) text++;
  let value: u64 = 0;
  for (; text < end; text++) {
    const digit = <u32>load<u8>(text) - DIGIT_0;
    if (digit > 7) break;
    value = (value << 3) | digit;
  }
  return value;
}

/** Has the entry this name (UTF-16, ASCII characters; / and \ mean the same)? A leading "./" and a final "/" do not count. */
export function isNamed(header: usize, name: usize, nameBytes: usize): bool {
  const end = name + nameBytes;
  let place = name;
  if (load<u8>(header + PREFIX)) {
    place = match(skipDot(header + PREFIX), header + PREFIX + PREFIX_BYTES, place, end);
    if (!place || place == end || !isSeparator(load<u16>(place))) return false;
    place = match(header + NAME, header + NAME + NAME_BYTES, place + 2, end);
  } else {
    place = match(skipDot(header + NAME), header + NAME + NAME_BYTES, place, end);
  }
  return place == end;
}

function skipDot(text: usize): usize {
  return load<u8>(text) == DOT && load<u8>(text, 1) == SLASH ? text + 2 : text;
}

/** Go through text and name side by side; where the text ended in the name, or 0 where they differ. */
function match(text: usize, textEnd: usize, name: usize, nameEnd: usize): usize {
  for (; text < textEnd; text++) {
    const character: u32 = load<u8>(text);
    const isLast = text + 1 == textEnd || !load<u8>(text, 1);
    if (!character || (character == SLASH && isLast)) break;
    if (name == nameEnd || !isSame(character, load<u16>(name))) return 0;
    name += 2;
  }
  return name;
}

function isSame(character: u32, unit: u32): bool {
  return character == unit || (character == SLASH && isSeparator(unit));
}

function isSeparator(unit: u32): bool {
  return unit == SLASH || unit == BACKSLASH;
}
