/** In Node this is the package; to a browser the server hands out the package's own file under this name. */
export { Component, createRef, Fragment, h, render } from 'preact'
export type { VNode } from 'preact'
