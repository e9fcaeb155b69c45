// For unit tests: a client of AWS that answers from a list, and remembers what it was asked.
export function fake(...answers) {
	const asked = [];
	return {
		asked,
		send: async (command) => {
			asked.push({ name: command.constructor.name, ...command.input });
			const answer = answers.shift() ?? {};
			if (answer instanceof Error)
				throw answer;
			return answer;
		},
	};
}

export const refusal = (name, more = {}) => Object.assign(new Error(name), { name }, more);

export const request = (routeKey, { body, ...more } = {}) => ({
	routeKey, headers: { 'content-type': 'application/json' }, ...more,
	...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
});

export const bodyOf = (answer) => JSON.parse(answer.body);
