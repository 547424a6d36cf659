"""What the figures of areas share in their errors, kept small enough to be drawn from again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimates.small_areas.area_model import AreaModel
from estimates.small_areas.scales import Scale, plain_inverse

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class JointErrors:
    """Distribution of the figures of n areas on the scale of their model.

    Parameters
    ----------
    scale : {"linear", "log", "arcsine"}
        Of the model.
    centre : (n,) float
        Figures on that scale.
    pulled : (n, p) float
        Covariates times the weight that they have in each figure: how errors of coefficients reach the areas.
    coefficients : (p, p) float
        Covariance of the coefficients.
    own : (n,) float
        Variance that each area shares with no other.
    highest : float
        Largest value that a figure can have.
    """

    scale: Scale
    centre: FloatArray
    pulled: FloatArray
    coefficients: FloatArray
    own: FloatArray
    highest: float = np.inf

    @property
    def covariance(self) -> FloatArray:
        """Joint covariance on the scale of the model, (n, n); see `AreaModel.covariance`."""
        return np.asarray(self.pulled @ self.coefficients @ self.pulled.T + np.diag(self.own))

    def draws(self, number: int, *, seed: int) -> FloatArray:
        r"""Draw the figures of all areas together.

        Parameters
        ----------
        number, seed : int
            Draws, and their seed.

        Returns
        -------
        (number, n) float
            On the scale that is published, never negative.

        Notes
        -----
        :math:`\theta = c + (1-\gamma) \odot X b + \epsilon` with :math:`b \sim N(0, Q)` the same in all areas of a
        draw, and :math:`\epsilon_d \sim N(0, m_d - (1-\gamma_d)^2 x_d^\top Q x_d)` each on its own.
        """
        random = np.random.Generator(np.random.PCG64(seed))
        values, vectors = np.linalg.eigh(self.coefficients)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        shared = random.standard_normal((number, values.size)) @ root.T @ self.pulled.T
        alone = random.standard_normal((number, self.centre.size)) * np.sqrt(self.own)
        return np.asarray(np.clip(plain_inverse(self.centre + shared + alone, self.scale), 0.0, self.highest))


def joint_errors(
    model: AreaModel, centre: FloatArray, *, scale: Scale, gamma: FloatArray, mse: FloatArray, highest: float = np.inf
) -> JointErrors:
    """Take what figures share from the model they come from.

    Parameters
    ----------
    model : AreaModel
        Fitted.
    centre : (n,) float
        Figures on the scale of the model.
    scale : {"linear", "log", "arcsine"}
        Of the model.
    gamma, mse : (n,) float
        Weight of the direct estimate in the figures, and their mean squared errors on the scale of the model.
    highest : float
        Largest value of a figure.

    Returns
    -------
    JointErrors
        Its covariance is ``model.covariance(gamma=gamma, mse=mse)``.
    """
    pulled = (1 - gamma)[:, None] * model.covariates
    shared = np.einsum("np,pq,nq->n", pulled, model.coefficient_covariance, pulled)
    own = np.maximum(mse - shared, 0.0)
    return JointErrors(scale, centre, np.asarray(pulled), model.coefficient_covariance, own, highest)
