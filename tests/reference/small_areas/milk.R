# Fay-Herriot model of the milk data (Arora and Lahiri 1997; You and Chapman 2006) two ways that share no line with ours:
# metafor's REML meta-regression, which is the same model, and the restricted likelihood with full matrices.
# Rscript milk.R <folder with sae_milk.csv> > milk.expected.csv
suppressMessages(library(metafor))
milk <- read.csv(file.path(commandArgs(TRUE)[1], "sae_milk.csv"))
x <- model.matrix(~ as.factor(MajorArea), milk)
y <- milk$yi
d <- milk$SD^2
put <- function(what, place, value) cat(sprintf("%s,%d,%.15g\n", what, seq_along(value) + place, value), sep = "")
cat("what,place,value\n")
fit <- rma.uni(yi = y, vi = d, mods = x, intercept = FALSE, method = "REML",
               control = list(threshold = 1e-14, maxiter = 1000, stepadj = 1))
put("area_variance", 0, fit$tau2)
put("coefficient", 0, as.numeric(coef(fit)))
put("coefficient_se", 0, fit$se)
put("eblup", 0, blup(fit)$pred)
put("q_profile", 0, confint(fit, control = list(tol = 1e-13, maxiter = 10000))$random["tau^2", c("ci.lb", "ci.ub")])

# Full matrices: nothing is simplified, so that a slip of algebra in ours would show.
restricted <- function(a) {
  v <- diag(a + d)
  vi <- solve(v)
  p <- vi - vi %*% x %*% solve(t(x) %*% vi %*% x) %*% t(x) %*% vi
  as.numeric(-0.5 * (determinant(v)$modulus + determinant(t(x) %*% vi %*% x)$modulus + t(y) %*% p %*% y))
}
shares <- function(a) sum(diag(a * solve(diag(a + d))))
put("restricted", 0, c(restricted(0.01), restricted(0.05)))
best <- function(f) optimize(f, c(1e-6, 0.2), maximum = TRUE, tol = 1e-12)$maximum
put("amrl_yl", 0, best(function(a) restricted(a) + log(atan(shares(a))) / length(y)))
put("amrl_ll", 0, best(function(a) restricted(a) + log(a)))
a <- fit$tau2
v <- diag(a + d)
q <- solve(t(x) %*% solve(v) %*% x)
g1 <- diag(diag(a, length(y)) - a * solve(v) * a)
left <- x - a * solve(v) %*% x
g2 <- diag(left %*% q %*% t(left))
# g3 = tr(db/dA V db/dA') var(A), b = A V^-1, with the asymptotic variance 2 / tr(V^-2).
slope <- solve(v) - a * solve(v) %*% solve(v)
g3 <- diag(slope %*% v %*% t(slope)) * 2 / sum(diag(solve(v) %*% solve(v)))
put("mse", 0, g1 + g2 + 2 * g3)
