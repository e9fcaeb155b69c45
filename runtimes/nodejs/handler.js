// Finds and loads the handler that _HANDLER names: "src/api/users.handler".
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const Module = require('node:module');
const { pathToFileURL } = require('node:url');
const { RuntimeError } = require('./errors.js');

function splitName(name) {
	if (name.includes('..'))
		throw new RuntimeError('Runtime.MalformedHandlerName',
			`'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`);
	const base = path.basename(name);
	const dot = base.indexOf('.');
	if (dot <= 0 || dot === base.length - 1)
		throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
	return { dir: name.slice(0, name.length - base.length), file: base.slice(0, dot), exportName: base.slice(dot + 1) };
}

function isFile(name) {
	try {
		return fs.statSync(name).isFile();
	} catch {
		return false;
	}
}

// Whether a .js file is an ES module: the nearest package.json says so.
function isModuleScope(file) {
	for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
		const name = path.join(dir, 'package.json');
		if (isFile(name)) {
			try {
				return JSON.parse(fs.readFileSync(name, 'utf8')).type === 'module';
			} catch {
				return false;
			}
		}
		if (dir === path.dirname(dir))
			return false;
	}
}

// Layers are on NODE_PATH, which ES modules don't look at by themselves (AWS's runtimes do since Node.js 18).
function helpModulesFindLayers() {
	const dirs = (process.env.NODE_PATH || '').split(':').filter((dir) => dir.startsWith('/opt/') && fs.existsSync(dir));
	if (dirs.length > 0 && Module.register)
		Module.register(pathToFileURL(path.join(__dirname, 'layers.mjs')), { data: { dirs } });
}

function importFile(file) {
	helpModulesFindLayers();
	return import(pathToFileURL(file).href);
}

async function loadModule(root, dir, file) {
	const place = path.resolve(root, dir, file);
	if (isFile(place + '.js'))
		return isModuleScope(place + '.js') ? importFile(place + '.js') : require(place + '.js');
	if (isFile(place + '.mjs'))
		return importFile(place + '.mjs');
	if (isFile(place + '.cjs'))
		return require(place + '.cjs');
	if (isFile(place))
		return isModuleScope(place) ? importFile(place) : require(place);
	// A package of node_modules or of a layer, or a folder with an index.
	return require(require.resolve(dir + file, { paths: [root] }));
}

async function loadHandler(root, name) {
	const { dir, file, exportName } = splitName(name);
	let loaded;
	try {
		loaded = await loadModule(root, dir, file);
	} catch (e) {
		if (e instanceof SyntaxError)
			throw new RuntimeError('Runtime.UserCodeSyntaxError', String(e), e);
		if (e && (e.code === 'MODULE_NOT_FOUND' || e.code === 'ERR_MODULE_NOT_FOUND'))
			throw new RuntimeError('Runtime.ImportModuleError', String(e), e);
		throw e;
	}
	let handler = loaded;
	for (const part of exportName.split('.'))
		handler = handler === undefined || handler === null ? undefined : handler[part];
	if (handler === undefined || handler === null)
		throw new RuntimeError('Runtime.HandlerNotFound', `${file}.${exportName} is undefined or not exported`);
	if (typeof handler !== 'function')
		throw new RuntimeError('Runtime.HandlerNotFound', `${file}.${exportName} is not a function`);
	return handler;
}

module.exports = { loadHandler };
