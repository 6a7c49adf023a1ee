/* Fibonacci numbers by double recursion: nothing but calls and returns. */
static unsigned __attribute__((noinline, optimize("no-optimize-sibling-calls"))) fib(unsigned n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

unsigned kernel(void) { return fib(28); }
