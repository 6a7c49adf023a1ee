/* Quicksort of pseudo-random numbers: recursion, comparisons that cannot be predicted. */
#define N 20000
static int numbers[N];

static void sort(int *v, int low, int high) {
  while (low < high) {
    int pivot = v[(low + high) / 2], i = low, j = high;
    while (i <= j) {
      while (v[i] < pivot) i++;
      while (v[j] > pivot) j--;
      if (i <= j) {
        int t = v[i];
        v[i++] = v[j];
        v[j--] = t;
      }
    }
    sort(v, low, j);
    low = i;
  }
}

unsigned kernel(void) {
  unsigned seed = 1, sum = 0;
  for (int round = 0; round < 4; round++) {
    for (int i = 0; i < N; i++) numbers[i] = (int)(seed = seed * 1664525u + 1013904223u) >> 4;
    sort(numbers, 0, N - 1);
    for (int i = 0; i < N; i++) sum = sum * 33 + numbers[i];
  }
  return sum;
}
