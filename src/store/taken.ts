import { AppError } from '../errors/app-error.ts';

/**
 * For `.catch` of a write whose values must be unique: says what is taken and what to do, where
 * the database names only a constraint. Every other error passes through.
 */
export function sayTaken(message: string): (err: unknown) => never {
  return (err) => {
    if (err instanceof AppError && err.code === 'conflict') {
      throw new AppError('conflict', message, { cause: err });
    }
    throw err;
  };
}
