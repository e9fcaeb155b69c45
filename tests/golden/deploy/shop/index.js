exports.get = exports.check = exports.work = async () => ({});
