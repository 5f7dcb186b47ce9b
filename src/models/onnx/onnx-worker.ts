import { parentPort } from 'node:worker_threads'
import { openSession } from './onnx-session.ts'
import { serveSessions } from './serve-sessions.ts'

// The thread in which ONNX Runtime works.
serveSessions(parentPort!, 'ONNX Runtime', openSession)
