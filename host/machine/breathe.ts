/**
 * Let everything run that waits for a promise or a message, then go on. A message channel is a turn of the event loop in Node and in
 * browsers alike, and unlike a timer it knows nothing of time.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
