/* Primes below 32768 by the sieve of Eratosthenes: byte stores in strides, a branch per element. */
static unsigned char composite[32768];

unsigned kernel(void) {
  unsigned count = 0;
  for (int round = 0; round < 40; round++) {
    for (unsigned i = 0; i < sizeof composite; i++) composite[i] = 0;
    for (unsigned i = 2; i < sizeof composite; i++) {
      if (composite[i]) continue;
      count++;
      for (unsigned j = 2 * i; j < sizeof composite; j += i) composite[j] = 1;
    }
  }
  return count;
}
