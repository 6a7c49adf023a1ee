/* CRC-32 bit by bit and by table: shifts, exclusive or, a table in memory. */
static unsigned table[256];
static unsigned char data[4096];

static unsigned bitwise(unsigned crc, unsigned char byte) {
  crc ^= byte;
  for (int i = 0; i < 8; i++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
  return crc;
}

unsigned kernel(void) {
  unsigned slow = ~0u, fast = ~0u;
  for (unsigned i = 0; i < 256; i++) table[i] = bitwise(i, 0);
  for (unsigned i = 0; i < sizeof data; i++) data[i] = i * 13 + (i >> 5);
  for (int round = 0; round < 24; round++)
    for (unsigned i = 0; i < sizeof data; i++) {
      slow = bitwise(slow, data[i]);
      fast = fast >> 8 ^ table[(fast ^ data[i]) & 255];
    }
  return slow ^ fast << 1;
}
