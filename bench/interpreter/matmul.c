/* Product of two integer matrices: loads in two strides, multiply and add. */
#define N 64
static int a[N][N], b[N][N], c[N][N];

unsigned kernel(void) {
  unsigned sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) a[i][j] = i * 7 - j, b[i][j] = i ^ j;
  for (int round = 0; round < 8; round++) {
    for (int i = 0; i < N; i++)
      for (int j = 0; j < N; j++) {
        int dot = 0;
        for (int k = 0; k < N; k++) dot += a[i][k] * b[k][j];
        c[i][j] = dot;
        sum = sum * 31 + dot;
      }
    a[round][round] += c[round][0];
  }
  return sum;
}
