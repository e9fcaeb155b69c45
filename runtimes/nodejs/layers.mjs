// A hook of Node's module loader: what an import does not find near its file is looked for in the layers.
import { pathToFileURL } from 'node:url';

let parents = [];

export async function initialize({ dirs }) {
	parents = dirs.filter((dir) => dir.endsWith('/node_modules'))
		.map((dir) => pathToFileURL(dir.slice(0, -'node_modules'.length) + 'layer.js').href);
}

export async function resolve(specifier, context, nextResolve) {
	try {
		return await nextResolve(specifier, context);
	} catch (e) {
		if (e.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(specifier))
			throw e;
		for (const parentURL of parents) {
			try {
				return await nextResolve(specifier, { ...context, parentURL });
			} catch {
				// the next layer folder
			}
		}
		throw e;
	}
}
