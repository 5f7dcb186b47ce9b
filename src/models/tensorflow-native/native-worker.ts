import { parentPort, workerData } from 'node:worker_threads'
import { serveSessions } from '../onnx/serve-sessions.ts'
import { type NativeOptions, openNative } from './open-native.ts'

// The thread in which TensorFlow works.
serveSessions(parentPort!, 'TensorFlow', async (bytes, metadata) => openNative(workerData as NativeOptions, bytes, metadata))
