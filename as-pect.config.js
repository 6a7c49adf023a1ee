/** as-pect: unit tests of the core, beside the code they test. */
export default {
  entries: ['assembly/machine/**/__tests__/**/*.spec.ts'],
  include: ['assembly/machine/**/__tests__/**/*.include.ts'],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }))
  },
  outputBinary: false,
}
