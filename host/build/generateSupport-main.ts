/** Writes the compiled support routines: `npx vite-node host/build/generateSupport-main.ts`, from the repository's root. */
import { writeFile } from 'node:fs/promises'
import { generateSupport, supportFile } from './generateSupport.ts'

await writeFile(supportFile, await generateSupport())
