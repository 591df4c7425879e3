/** Replaces n8n-core's SSH tunnels, whose manager has an interval that keeps the test process alive. */
export const getSSHTunnelFunctions = () => ({});
