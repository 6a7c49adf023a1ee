/* The kernels of bench/backend.bench.ts in C; kernels.as.ts has the same in AssemblyScript, statement for statement. */

typedef unsigned char u8;
typedef unsigned u32;
typedef unsigned long long u64;
typedef int i32;

static u8 area[65536] __attribute__((aligned(16)));

i32 sieve(i32 n) {
  u8 *flags = area;
  for (i32 i = 0; i < n; i++) flags[i] = 1;
  i32 count = 0;
  for (i32 i = 2; i < n; i++) {
    if (flags[i] != 0) {
      count++;
      for (i32 k = i + i; k < n; k += i) flags[k] = 0;
    }
  }
  return count;
}

u32 crc32(i32 n) {
  u32 crc = 0xffffffff;
  for (i32 i = 0; i < n; i++) {
    crc ^= (u32)(i * 7) & 0xff;
    for (i32 bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
  }
  return ~crc;
}

static void sort(i32 *base, i32 low, i32 high) {
  while (low < high) {
    i32 pivot = base[(low + high) >> 1];
    i32 i = low;
    i32 k = high;
    while (i <= k) {
      while (base[i] < pivot) i++;
      while (base[k] > pivot) k--;
      if (i <= k) {
        i32 held = base[i];
        base[i] = base[k];
        base[k] = held;
        i++;
        k--;
      }
    }
    if (k - low < high - i) {
      sort(base, low, k);
      low = i;
    } else {
      sort(base, i, high);
      high = k;
    }
  }
}

i32 quicksort(i32 n) {
  i32 *base = (i32 *)area;
  u32 x = 12345;
  for (i32 i = 0; i < n; i++) {
    x = x * 1103515245u + 12345u;
    base[i] = (i32)(x >> 8);
  }
  sort(base, 0, n - 1);
  u32 sum = 0;
  for (i32 i = 0; i < n; i++) sum = sum * 31 + (u32)base[i];
  return (i32)sum;
}

i32 matmul(i32 n) {
  i32 *a = (i32 *)area;
  i32 *b = a + n * n;
  i32 *c = b + n * n;
  for (i32 i = 0; i < n * n; i++) {
    a[i] = i;
    b[i] = i ^ 5;
  }
  for (i32 i = 0; i < n; i++) {
    for (i32 j = 0; j < n; j++) {
      u32 sum = 0;
      for (i32 k = 0; k < n; k++) sum += (u32)a[i * n + k] * (u32)b[k * n + j];
      c[i * n + j] = (i32)sum;
    }
  }
  u32 sum = 0;
  for (i32 i = 0; i < n * n; i++) sum = sum * 31 + (u32)c[i];
  return (i32)sum;
}

i32 mix64(i32 n) {
  u64 x = 0x9e3779b97f4a7c15ull;
  u64 sum = 0;
  for (i32 i = 0; i < n; i++) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 27;
    x += (u64)i << 7;
    sum += x;
    if (x > sum) sum ^= x;
  }
  return (i32)(sum ^ (sum >> 32));
}

i32 fib(i32 n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

struct node {
  struct node *next;
  i32 value;
};

i32 list(i32 n) {
  struct node *nodes = (struct node *)area;
  for (i32 i = 0; i < n; i++) {
    struct node *node = &nodes[(i * 37) % n];
    node->next = &nodes[((i + 1) * 37) % n];
    node->value = i;
  }
  i32 sum = 0;
  struct node *node = nodes;
  for (i32 i = 0; i < 8 * n; i++) {
    sum += node->value ^ i;
    node = node->next;
  }
  return sum;
}

i32 words(i32 n) {
  for (i32 i = 0; i < n; i++) {
    i32 r = (i * 7919) >> 3;
    area[i] = (u8)((r & 7) == 0 ? 32 : (r & 31) == 9 ? 10 : 97 + (r & 15));
  }
  i32 lines = 0;
  i32 count = 0;
  i32 letters = 0;
  i32 inside = 0;
  for (i32 i = 0; i < n; i++) {
    switch (area[i]) {
    case 10:
      lines++;
      inside = 0;
      break;
    case 32:
      inside = 0;
      break;
    default:
      letters++;
      if (!inside) {
        count++;
        inside = 1;
      }
    }
  }
  return lines * 1000000 + count * 1000 + letters;
}
