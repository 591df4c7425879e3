/** What to check where something other than Crisp answers. Only a simulated Crisp has 'API Address' in the credential. */

export const addressAdvice = "Check 'API Address' if 'Simulated Crisp' is on, and any proxy in between.";

export const networkAdvice = "Check the network of n8n, and 'API Address' if 'Simulated Crisp' is on.";
