import { resetProcessState } from '../../nodes/shared/runtime/processState';

afterEach(() => resetProcessState());
