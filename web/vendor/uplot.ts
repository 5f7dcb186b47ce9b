/** In Node this is the package; to a browser the server hands out the package's own file under this name. */
// oxlint-disable-next-line import/no-default-export -- the package has only a default export
export { default } from 'uplot'
