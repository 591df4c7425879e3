import { writeFileSync } from 'node:fs';
import { eventsPage } from './docs/eventsPage';
import { loopsPage } from './docs/loopsPage';
import { operationsPage } from './docs/operationsPage';
import { outputNamesPage } from './docs/outputNamesPage';

writeFileSync('docs/operations.md', operationsPage());
writeFileSync('docs/events.md', eventsPage());
writeFileSync('docs/output-names.md', outputNamesPage());
writeFileSync('docs/loops.md', loopsPage());
