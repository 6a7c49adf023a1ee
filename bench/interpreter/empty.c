/* Nothing: what it takes to start. */
unsigned kernel(void) { return 0; }
