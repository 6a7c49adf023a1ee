/** `npm run generate`: bring the generated files up to date. */
import { writeGenerated } from './generate.ts'

const written = writeGenerated(process.cwd())
console.log(written.length === 0 ? 'generated files are up to date' : written.join('\n'))
