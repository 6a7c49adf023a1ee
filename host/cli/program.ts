/** The commands and options of `nothread`. */

import { createRequire } from 'node:module'
import { Argument, Command, Option } from 'commander'
import { timingProfiles } from '../machine/options.ts'
import type { BuildCommand } from './build.ts'
import { buildCommand } from './build.ts'
import type { DebugCommand } from './debug.ts'
import { debugCommand } from './debug.ts'
import type { DisasmCommand } from './disasm.ts'
import { disasmCommand } from './disasm.ts'
import type { ExperimentCommand } from './experiment.ts'
import { experimentCommand, experiments } from './experiment.ts'
import type { ReplayCommand } from './replay.ts'
import { replayCommand } from './replay.ts'
import type { RunCommand } from './run.ts'
import { runCommand } from './run.ts'
import type { SaveCommand } from './snapshot.ts'
import { diffCommand, infoCommand, saveCommand } from './snapshot.ts'
import { explainCommand } from './explain.ts'
import type { ExplainCommand } from './explain.ts'
import { initCommand } from './init.ts'
import type { InitCommand } from './init.ts'
import { startCommand } from './start.ts'
import {
  checks,
  clients,
  files,
  forwardings,
  integer,
  link,
  march,
  parameters,
  peeks,
  time,
  until,
} from './values.ts'

const exitCodes = `
Exit codes: 0 ok, 1 the guest failed or an expected text did not come, 2 wrong usage or input,
3 the guest faulted, 4 a replay diverged, 42 the time of --until is reached.`

/** The command line; `finish` gets the exit code of the command that ran. */
export function commandLine(finish: (code: number) => void): Command {
  const program = new Command('nothread')
  program
    .version(packageVersion(), '-V, --version', 'print the version')
    .description(
      'A deterministic RISC-V computer, built to run, watch and measure asynchronous I/O.',
    )
    .addHelpText('after', exitCodes)
    .showHelpAfterError('(nothread --help lists the commands and options)')
  addRun(program, finish)
  addBuild(program, finish)
  addReplay(program, finish)
  addDebug(program, finish)
  addSnapshot(program, finish)
  addDisasm(program, finish)
  addExplain(program, finish)
  addInit(program, finish)
  addExperiment(program, finish)
  addStart(program, finish)
  return program
}

function packageVersion(): string {
  const require = createRequire(import.meta.url)
  return (require('nothread/package.json') as { version: string }).version
}

type Finish = (code: number) => void

function addRun(program: Command, finish: Finish): void {
  program
    .command('run')
    .description(
      'run a program: guest TypeScript (.ts), assembly (.s), WebAssembly (.wasm) or an RV32 ELF executable',
    )
    .argument('<file>', 'the program, or the name of one that comes with nothread, such as hello')
    .option('--from <snapshot>', 'go on from a snapshot of the program')
    .option('--base <snapshot>', 'what that is a delta against; may be repeated', files)
    .option('--harts <n>', 'number of harts, 1 to 8', integer(1, 8))
    .option('--seed <n>', 'seed of everything random', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--timing <profile>', 'cycle costs').choices(timingProfiles))
    .option('--until <when>', 'time (10ms, 5000cy), idle, or text:TEXT', until)
    .option('--link <k=v,…>', 'delay, bandwidth, loss, reorder, reorderDelay, duplicate', link)
    .option(
      '--forward <udp:host:guest>',
      'lead a UDP port of this computer to the guest',
      forwardings,
    )
    .option(
      '--clients <k=v,…>',
      'port, count, requests, think, timeout, stagger, send: clients that ask until they have their answers',
      clients,
    )
    .option('--disk <file>', 'an image for the block device; what the guest writes is not kept')
    .option('--with <file>', 'a program that runs beside it; may be repeated', files)
    .option('--param <name=number>', 'a parameter the guest can ask for', parameters)
    .option('--checked', 'find uses of memory that was freed (guest TypeScript)')
    .option('--pcap <file>', 'write the frames (pcapng, nanoseconds)')
    .option('--trace <file>', 'write the trace: Perfetto for .pftrace, else JSON Lines')
    .option('--record <file>', 'write what a replay needs')
    .option('--signature <file>', 'write the words from begin_signature to end_signature')
    .option('--peek <address:words>', 'print words of memory after the run', peeks)
    .option('--check-determinism', 'run twice side by side and compare the states on the way')
    .option('--json', 'print one JSON object in place of console and summary')
    .action(async (file: string, options: RunCommand) => finish(await runCommand(file, options)))
}

function addBuild(program: Command, finish: Finish): void {
  program
    .command('build')
    .description('compile a program to an ELF image')
    .argument('<file>', 'guest TypeScript (.ts)')
    .option('-o, --output <image>', 'the image to write')
    .option('--debug', 'code for debuggers: slower, with every function and local variable')
    .option('--march <set>', 'instructions to use: rv32im, a, c, _zba, _zbb, _zbs', march)
    .option('--checks <list>', 'what code checks: division, bounds, null, stack, or none', checks)
    .option('--dump <pass>', 'print the functions as a pass leaves them')
    .option('--function <word>', 'with --dump: only functions whose symbols hold the word')
    .action(async (file: string, options: BuildCommand) =>
      finish(await buildCommand(file, options)),
    )
}

function addReplay(program: Command, finish: Finish): void {
  program
    .command('replay')
    .description('repeat a recorded run and compare')
    .argument('<file>', 'what --record wrote')
    .option('--program <file>', 'the program, when it is not where it was')
    .option('--disk <file>', 'the image that was in the block device')
    .option(
      '--until <time>',
      'stop there (10ms, 5000cy) and compare only what entered before',
      time,
    )
    .option('--pcap <file>', 'write the frames (pcapng, nanoseconds)')
    .option('--trace <file>', 'write the trace: Perfetto for .pftrace, else JSON Lines')
    .action(async (file: string, options: ReplayCommand) =>
      finish(await replayCommand(file, options)),
    )
}

function addDebug(program: Command, finish: Finish): void {
  program
    .command('debug')
    .description('drive a program by commands, or by GDB')
    .argument(
      '<file>',
      'guest TypeScript (.ts), assembly (.s), WebAssembly (.wasm) or an RV32 ELF executable',
    )
    .addOption(
      new Option('--gdb [port]', 'wait for GDB on this TCP port, 0 for any')
        .preset('1234')
        .argParser(integer(0, 0xffff)),
    )
    .option('--optimized', 'the code that `nothread run` runs, in which locals have no names')
    .option('--harts <n>', 'number of harts, 1 to 8', integer(1, 8))
    .option('--seed <n>', 'seed of everything random', integer(0, Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--timing <profile>', 'cycle costs').choices(timingProfiles))
    .option('--link <k=v,…>', 'delay, bandwidth, loss, reorder, reorderDelay, duplicate', link)
    .option('--param <name=number>', 'a parameter the guest can ask for', parameters)
    .action(async (file: string, options: DebugCommand) =>
      finish(await debugCommand(file, options)),
    )
}

const baseHelp = 'save only what differs from that snapshot; further ones are its own bases'

function addSnapshot(program: Command, finish: Finish): void {
  const snapshot = program.command('snapshot').description('save, describe and compare states')
  snapshot
    .command('save')
    .description('run a program and save its state')
    .argument('<file>', 'the program')
    .requiredOption('-o, --output <snapshot>', 'the file to write')
    .option('--until <time>', 'when: 10ms, 5000cy; unless given, at the end of the run', time)
    .option('--harts <n>', 'number of harts, 1 to 8', integer(1, 8))
    .option('--seed <n>', 'seed of everything random', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--from <snapshot>', 'go on from there')
    .option('--base <snapshot>', baseHelp, files)
    .action(async (file: string, options: SaveCommand) => finish(await saveCommand(file, options)))
  snapshot
    .command('info')
    .description('say what is in a snapshot')
    .argument('<snapshot>', 'the file')
    .action(async (file: string) => finish(await infoCommand(file)))
  snapshot
    .command('diff')
    .description('say where two snapshots differ; ends with 1 when they do')
    .argument('<first>', 'a snapshot')
    .argument('<second>', 'another')
    .option('--base <snapshot>', 'what they are deltas against; may be repeated', files)
    .action(async (first: string, second: string, options: { base?: string[] }) =>
      finish(await diffCommand(first, second, options)),
    )
}

function addDisasm(program: Command, finish: Finish): void {
  program
    .command('disasm')
    .description('print the instructions of a program')
    .argument(
      '<file>',
      'guest TypeScript (.ts), assembly (.s), WebAssembly (.wasm) or an RV32 ELF executable',
    )
    .option('--no-source', 'leave the source lines between the instructions out')
    .action(async (file: string, options: DisasmCommand) =>
      finish(await disasmCommand(file, options)),
    )
}

function addExplain(program: Command, finish: Finish): void {
  program
    .command('explain')
    .description('show what became of async functions: states, kept values, code')
    .argument('<file[:function]>', 'a program, or one async function of it')
    .option('--debug', 'the code of a debug build, in which the variables have names')
    .option('--json', 'print JSON')
    .action(async (what: string, options: ExplainCommand) =>
      finish(await explainCommand(what, options)),
    )
}

function addInit(program: Command, finish: Finish): void {
  program
    .command('init')
    .description('make a project with a program and its test')
    .argument('<folder>', 'a folder that is empty or not there yet')
    .option(
      '--package <spec>',
      'where npm gets nothread from, such as file:../nothread.tgz; otherwise from where this one came',
    )
    .action((folder: string, options: InitCommand) =>
      finish(initCommand(folder, options, packageVersion())),
    )
}

function addExperiment(program: Command, finish: Finish): void {
  program
    .command('experiment')
    .description('run a shipped experiment')
    .addArgument(new Argument('<name>', 'which one').choices(experiments))
    .option('--out <folder>', 'where points and chart go', 'out')
    .option('--quick', 'only a few points')
    .action(async (name: (typeof experiments)[number], options: ExperimentCommand) =>
      finish(await experimentCommand(name, options)),
    )
}

function addStart(program: Command, finish: Finish): void {
  program
    .command('start')
    .description('the demonstration: an async UDP echo, 64 clients, and one await from end to end')
    .option('--out <folder>', 'where trace and capture go', 'out')
    .option('--clients <n>', 'number of clients', integer(1, 10_000), 64)
    .option('--requests <n>', 'requests of each client', integer(1, 1_000_000), 16)
    .option('--seed <n>', 'seed of everything random', integer(0, Number.MAX_SAFE_INTEGER))
    .action(async (options: Parameters<typeof startCommand>[0]) =>
      finish(await startCommand(options)),
    )
}
