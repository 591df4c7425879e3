import { writeFileSync } from 'node:fs';
import { eventsPage } from './docs/eventsPage';
import { operationsPage } from './docs/operationsPage';

writeFileSync('docs/operations.md', operationsPage());
writeFileSync('docs/events.md', eventsPage());
