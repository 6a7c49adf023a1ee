/** Commands for `monitor` in GDB: what the machine knows and GDB does not. */
import type { Machine } from '../machine/machine.ts'
import { coroutineTree } from './terminal/coroutineTree.ts'

interface Command {
  doc: string
  run: (machine: Machine) => string
}

const commands: Record<string, Command> = {
  help: { doc: 'this list', run: listCommands },
  cycles: { doc: 'the present cycle and the instructions so far', run: showCycles },
  hash: { doc: 'hash of the whole architectural state', run: (machine) => machine.stateHash() },
  counters: { doc: 'event counters that are not 0', run: showCounters },
  coroutines: { doc: 'suspended coroutines, each above what it awaits', run: showCoroutines },
  console: { doc: 'what the guest has printed', run: (machine) => machine.consoleText },
}

/** The answer to a command, ending with a line break; undefined for an unknown one. */
export function monitor(machine: Machine, command: string): string | undefined {
  const text = commands[command]?.run(machine)
  return text === undefined || text.endsWith('\n') ? text : `${text}\n`
}

function listCommands(): string {
  return Object.entries(commands)
    .map(([name, { doc }]) => `${name.padEnd(12)}${doc}`)
    .join('\n')
}

function showCycles(machine: Machine): string {
  return `cycle ${machine.cycles}, ${machine.instructions} instructions`
}

function showCounters(machine: Machine): string {
  const counted = Object.entries(machine.counters()).filter(([, count]) => count !== 0)
  return counted.map(([name, count]) => `${name.padEnd(32)}${count}`).join('\n')
}

function showCoroutines(machine: Machine): string {
  const tree = coroutineTree(machine.coroutines())
  return tree === '' ? 'no coroutine is suspended' : tree
}
